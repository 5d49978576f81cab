package io.greenloop.script.compiler

import io.greenloop.script.ExitCode
import java.nio.file.Path
import kotlin.system.exitProcess

/** The compiler process: `script shown-name jar` in, a jar for the cache or error lines out. */
internal object CompileMain {
  @JvmStatic
  fun main(words: Array<String>) {
    // What a library prints while it resolves must not mix into the script's output.
    System.setOut(System.err)
    val script = Path.of(words[0])
    val result = ScriptCompiler(script).compile()
    DiagnosticPrinter(script, words[1]).print(result)
    if (result.compiled == null) exitProcess(ExitCode.USAGE)
    result.compiled.writeTo(Path.of(words[2]))
    exitProcess(ExitCode.OK) // not held up by threads of the compiler
  }
}
