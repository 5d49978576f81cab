package io.greenloop.script.compiler

import io.greenloop.script.CompilerProcess
import io.greenloop.script.ExitCode
import io.greenloop.script.Hash
import io.greenloop.script.RefusedArchive
import io.greenloop.script.complain
import java.io.IOException
import java.nio.file.Path
import kotlin.system.exitProcess

/**
 * The compiler process: `script shown-name jar hash-of-text …` in, jars for the cache or error lines
 * out.
 */
internal object CompileMain {
  @JvmStatic
  fun main(words: Array<String>) {
    // What a library prints while it resolves must not mix into the script's output.
    System.setOut(System.err)
    System.getProperty(CompilerProcess.ARCHIVE)?.let { RefusedArchive.remove(Path.of(it)) }
    var code = ExitCode.OK
    for ((script, shown, jar, text) in words.asList().chunked(4)) {
      if (!compile(Path.of(script), shown, Path.of(jar), text)) code = ExitCode.USAGE
    }
    exitProcess(code) // not held up by threads of the compiler
  }

  private fun compile(
    script: Path,
    shown: String,
    jar: Path,
    text: String,
  ): Boolean {
    val wasTheSame = Hash.ofFile(script) == text
    val result = ScriptCompiler(script).compile()
    DiagnosticPrinter(script, shown).print(result)
    val compiled = result.compiled ?: return false
    // The jar is named by a text, and would be taken for that one whenever it comes back.
    if (!wasTheSame || Hash.ofFile(script) != text || compiled.importsHaveChanged()) {
      complain("compile $shown: it changed while it was compiled; do it again")
      return false
    }
    return try {
      compiled.writeTo(jar)
      true
    } catch (e: IOException) {
      complain(
        "compile $shown: cannot write $jar ($e); set XDG_CACHE_HOME to a folder that can be written",
      )
      false
    }
  }
}
