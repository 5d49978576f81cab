package io.greenloop.script.compiler

import java.nio.file.Path
import kotlin.script.experimental.api.ScriptDiagnostic

/**
 * Prints what the compiler found, one line each, as `file:line:column: error: message`.
 *
 * @param script the script being compiled, called [shown] as the user typed it
 */
internal class DiagnosticPrinter(
  private val script: Path,
  private val shown: String,
) {
  fun print(result: CompileResult) {
    val lines = LinkedHashSet<String>() // the compiler reports some errors twice
    for (diagnostic in result.diagnostics) line(diagnostic)?.let { lines += it }
    if (result.compiled == null &&
      lines.none { ": error: " in it }
    ) {
      lines += "$shown: error: the compiler gave no reason"
    }
    lines.forEach { System.err.println(it) }
    if (lines.any { SUSPEND in it }) System.err.println("$shown: $WAY_IN")
  }

  private fun line(diagnostic: ScriptDiagnostic): String? {
    if (diagnostic.message in WRONG) return null
    val severity =
      when (diagnostic.severity) {
        ScriptDiagnostic.Severity.FATAL, ScriptDiagnostic.Severity.ERROR -> "error"
        ScriptDiagnostic.Severity.WARNING -> "warning"
        else -> return null
      }
    val file = diagnostic.sourcePath?.let { name(Path.of(it)) } ?: shown
    val start = diagnostic.location?.start?.takeIf { it.line > 0 }
    val place = if (start != null) "$file:${start.line}:${start.col}" else file
    val cause = diagnostic.exception?.let { "\n" + it.stackTraceToString().trimEnd() } ?: ""
    return "$place: $severity: ${repaired(diagnostic.message)}$cause"
  }

  private fun name(file: Path): String {
    val absolute = file.toAbsolutePath().normalize()
    if (absolute == script || script.fileName == file) return shown
    val here = Path.of("").toAbsolutePath()
    return if (absolute.startsWith(
        here,
      )
    ) {
      here.relativize(absolute).toString()
    } else {
      absolute.toString()
    }
  }

  /** The scripting API cuts the closing quote off a syntax error: `Expecting ')`. */
  private fun repaired(message: String): String =
    if (message.startsWith("Expecting '") &&
      message.count { it == '\'' } % 2 == 1
    ) {
      "$message'"
    } else {
      message
    }

  private companion object {
    const val SUSPEND =
      "can only be called from a coroutine or another suspend function"
    const val WAY_IN =
      "a script's own lines, and those in green { }, are not suspend code: " +
        "put it into loop { … }, or use what parks: join(), sleep(…), timeout(…) { … }"

    /**
     * A script's body is a constructor to the compiler, which does not see that a task or greenlet
     * may read the variable before that constructor has set it.
     */
    val WRONG = setOf("'lateinit' is unnecessary: definitely initialized in constructors.")
  }
}
