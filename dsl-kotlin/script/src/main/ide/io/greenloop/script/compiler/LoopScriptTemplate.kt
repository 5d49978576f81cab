package io.greenloop.script.compiler

import kotlin.script.experimental.annotations.KotlinScript
import kotlin.script.experimental.api.KotlinType
import kotlin.script.experimental.api.ScriptAcceptedLocation
import kotlin.script.experimental.api.ScriptCompilationConfiguration
import kotlin.script.experimental.api.acceptedLocations
import kotlin.script.experimental.api.baseClass
import kotlin.script.experimental.api.compilerOptions
import kotlin.script.experimental.api.defaultImports
import kotlin.script.experimental.api.fileExtension
import kotlin.script.experimental.api.ide
import kotlin.script.experimental.api.implicitReceivers
import kotlin.script.experimental.api.resultField
import kotlin.script.experimental.jvm.dependenciesFromClassContext
import kotlin.script.experimental.jvm.jvm
import kotlin.script.experimental.jvm.jvmTarget

// An IDE loads the classes of this folder into its own JVM, which may be older than the one that we
// compile for: they are compiled for JVM 17, and name what is not only by its name.

/**
 * Tells an IDE, and other tools that look into `META-INF/kotlin/script/templates` of the class path,
 * what a `*.loop.kts` is. The command itself does not use it.
 *
 * It shows the words and imports of a script; what `DependsOn` and `Import` bring is not resolved here.
 */
@KotlinScript(
  displayName = "Greenloop script",
  fileExtension = LoopScriptConfiguration.FILE_EXTENSION,
  compilationConfiguration = FoundScriptConfiguration::class,
)
public abstract class LoopScriptTemplate

/** The configuration of [LoopScriptTemplate]: the class path is the one that it was found on. */
public object FoundScriptConfiguration : ScriptCompilationConfiguration(
  LoopScriptConfiguration,
  body = {
    jvm { dependenciesFromClassContext(LoopScriptTemplate::class, wholeClasspath = true) }
    ide { acceptedLocations(ScriptAcceptedLocation.Everywhere) }
  },
) {
  private fun readResolve(): Any = FoundScriptConfiguration
}

/** What every tool has to know of a script. */
public object LoopScriptConfiguration : ScriptCompilationConfiguration({
  fileExtension(LoopScriptConfiguration.FILE_EXTENSION)
  baseClass(KotlinType("io.greenloop.kotlin.script.LoopScript"))
  implicitReceivers(
    KotlinType("io.greenloop.kotlin.script.ScriptProgram"),
    KotlinType("io.greenloop.kotlin.script.ScriptScope"),
  )
  resultField("") // a last line is not a result: nobody asks for it
  defaultImports(DefaultImports.names) // in one call: each one replaces the list
  jvm { jvmTarget("25") }
  // Most scripts end before what is linked at run time would pay: the JVM makes a class for each.
  compilerOptions("-Xstring-concat=inline", "-Xlambdas=class", "-Xsam-conversions=class")
}) {
  internal const val FILE_EXTENSION: String = "loop.kts"

  private fun readResolve(): Any = LoopScriptConfiguration
}

private object DefaultImports {
  val names: List<String> =
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
}
