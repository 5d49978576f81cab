package io.greenloop.script.compiler

import io.greenloop.script.ExitCode
import java.nio.file.Path
import kotlin.system.exitProcess

/** The compiler process: `script shown-name jar …` in, jars for the cache or error lines out. */
internal object CompileMain {
  @JvmStatic
  fun main(words: Array<String>) {
    // What a library prints while it resolves must not mix into the script's output.
    System.setOut(System.err)
    var code = ExitCode.OK
    for ((script, shown, jar) in words.asList().chunked(3)) {
      if (!compile(Path.of(script), shown, Path.of(jar))) code = ExitCode.USAGE
    }
    exitProcess(code) // not held up by threads of the compiler
  }

  private fun compile(
    script: Path,
    shown: String,
    jar: Path,
  ): Boolean {
    val result = ScriptCompiler(script).compile()
    DiagnosticPrinter(script, shown).print(result)
    result.compiled?.writeTo(jar)
    return result.compiled != null
  }
}
