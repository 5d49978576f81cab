package io.greenloop.script.compiler

import io.greenloop.kotlin.script.LoopScript
import io.greenloop.kotlin.script.ScriptProgram
import io.greenloop.kotlin.script.ScriptScope
import kotlin.script.experimental.annotations.KotlinScript
import kotlin.script.experimental.api.ScriptAcceptedLocation
import kotlin.script.experimental.api.ScriptCompilationConfiguration
import kotlin.script.experimental.api.acceptedLocations
import kotlin.script.experimental.api.baseClass
import kotlin.script.experimental.api.defaultImports
import kotlin.script.experimental.api.fileExtension
import kotlin.script.experimental.api.ide
import kotlin.script.experimental.api.implicitReceivers
import kotlin.script.experimental.api.resultField
import kotlin.script.experimental.jvm.dependenciesFromClassContext
import kotlin.script.experimental.jvm.jvm
import kotlin.script.experimental.jvm.jvmTarget

/**
 * Tells an IDE, and other tools that look into `META-INF/kotlin/script/templates` of the class path,
 * what a `*.loop.kts` is. The command itself does not use it.
 *
 * It shows the words and imports of a script; what `DependsOn` and `Import` bring is not resolved here.
 */
@KotlinScript(
  displayName = "Greenloop script",
  fileExtension = FILE_EXTENSION,
  compilationConfiguration = LoopScriptConfiguration::class,
)
public abstract class LoopScriptTemplate

/** The configuration of [LoopScriptTemplate]: the class path is the one that it was found on. */
public object LoopScriptConfiguration : ScriptCompilationConfiguration({
  loopScript()
  jvm { dependenciesFromClassContext(LoopScript::class, wholeClasspath = true) }
  ide { acceptedLocations(ScriptAcceptedLocation.Everywhere) }
}) {
  private fun readResolve(): Any = LoopScriptConfiguration
}

private const val FILE_EXTENSION = "loop.kts"
private const val JVM_TARGET = "25"

/** What every tool has to know of a script. */
internal fun ScriptCompilationConfiguration.Builder.loopScript() {
  fileExtension(FILE_EXTENSION)
  baseClass(LoopScript::class)
  implicitReceivers(ScriptProgram::class, ScriptScope::class)
  resultField("") // a last line is not a result: nobody asks for it
  defaultImports(IMPORTS) // in one call: each one replaces the list
  jvm { jvmTarget(JVM_TARGET) }
}

private val IMPORTS =
  listOf("io.greenloop.kotlin.*") +
    each("io.greenloop.kotlin.script", "DependsOn Repository Import") +
    each("io.greenloop", "Aio EventLoop CancelledError AsyncTimeoutException") +
    each("io.greenloop.net", "Stream") +
    each("io.greenloop.greenlet", "Greenlet GreenletExit") +
    each("java.io", "IOException") +
    each("kotlinx.coroutines", "async awaitAll coroutineScope delay launch supervisorScope") +
    each("kotlinx.coroutines", "withTimeout withTimeoutOrNull") +
    each("kotlinx.coroutines.flow", "Flow collect first flow") +
    each("kotlin.time", "Duration measureTime measureTimedValue toJavaDuration") +
    each("kotlin.time.Duration.Companion", "nanoseconds microseconds milliseconds") +
    each("kotlin.time.Duration.Companion", "seconds minutes hours days")

private fun each(
  owner: String,
  names: String,
): List<String> = names.split(' ').map { "$owner.$it" }
