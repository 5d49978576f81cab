package io.greenloop.script.compiler

import org.jetbrains.kotlin.scripting.compiler.plugin.impl.ScriptJvmCompilerIsolated
import java.nio.file.Path
import kotlin.script.experimental.api.ResultWithDiagnostics
import kotlin.script.experimental.api.valueOrNull
import kotlin.script.experimental.host.FileScriptSource
import kotlin.script.experimental.jvm.defaultJvmScriptingHostConfiguration
import kotlin.script.experimental.jvm.impl.KJvmCompiledModuleInMemory
import kotlin.script.experimental.jvm.impl.KJvmCompiledScript

/**
 * The only file that touches inner classes of the Kotlin compiler.
 *
 * The public host artifact stopped at Kotlin 2.3.21; what it did is little: call this compiler and
 * take the classes out of the result. Tied to the compiler's version, which the build pins.
 */
internal class ScriptCompiler(
  private val script: Path,
) {
  fun compile(): CompileResult {
    val definition = LoopScriptDefinition(script)
    val host = defaultJvmScriptingHostConfiguration
    val result =
      ScriptJvmCompilerIsolated(
        host,
      ).compile(FileScriptSource(script.toFile()), definition.configuration)
    // Decided by the result: a failure may carry nothing above a warning.
    val value = result.valueOrNull() as KJvmCompiledScript?
    val diagnostics = definition.diagnostics + result.reports
    if (value == null ||
      result is ResultWithDiagnostics.Failure
    ) {
      return CompileResult(diagnostics, null)
    }
    val module = value.getCompiledModule() as KJvmCompiledModuleInMemory
    val compiled =
      CompiledScript(
        value.scriptClassFQName,
        module.compilerOutputFiles,
        definition.libraries,
        definition.imports,
      )
    return CompileResult(diagnostics, compiled)
  }
}
