package io.greenloop.script.compiler

import io.greenloop.script.Terminal
import java.io.IOException
import java.nio.file.Files
import java.nio.file.Path
import kotlin.script.experimental.api.ScriptDiagnostic
import kotlin.script.experimental.api.SourceCode

/**
 * Prints what the compiler found: `file:line:column: error: message`, then the line with a mark under
 * the place.
 *
 * @param script the script being compiled, called [shown] as the user typed it
 */
internal class DiagnosticPrinter(
  private val script: Path,
  private val shown: String,
  private val paint: Paint = Paint(Terminal.hasColours),
) {
  private val texts = HashMap<Path, List<String>>()

  fun print(result: CompileResult) {
    text(result)?.let {
      Terminal.eraseProgress()
      System.err.print(it)
    }
  }

  /** All of it, each line with its end; null if there is nothing to say. */
  fun text(result: CompileResult): String? {
    val found = LinkedHashSet<String>() // the compiler reports some errors twice
    for (diagnostic in result.diagnostics) one(diagnostic)?.let { found += it }
    if (result.compiled == null && result.diagnostics.none { it.isError }) {
      found += "${paint.place("$shown:")} ${paint.severity("error")}: the compiler gave no reason"
    }
    if (result.diagnostics.any { SUSPEND in it.message }) found += "$shown: $WAY_IN"
    return if (found.isEmpty()) null else found.joinToString("\n", postfix = "\n")
  }

  private val ScriptDiagnostic.isError: Boolean
    get() =
      severity == ScriptDiagnostic.Severity.ERROR ||
        severity == ScriptDiagnostic.Severity.FATAL

  private fun one(diagnostic: ScriptDiagnostic): String? {
    if (diagnostic.message in WRONG) return null
    val severity =
      when {
        diagnostic.isError -> "error"
        diagnostic.severity == ScriptDiagnostic.Severity.WARNING -> "warning"
        else -> return null
      }
    val file = diagnostic.sourcePath?.let { Path.of(it) } ?: script
    val location = diagnostic.location?.takeIf { it.start.line > 0 }
    val start = location?.start
    val place = if (start != null) "${name(file)}:${start.line}:${start.col}:" else "${name(file)}:"
    val cause = diagnostic.exception?.let { "\n" + it.stackTraceToString().trimEnd() } ?: ""
    val excerpt = location?.let { excerpt(file, it) } ?: ""
    return "${paint.place(
      place,
    )} ${paint.severity(severity)}: ${repaired(diagnostic.message)}$excerpt$cause"
  }

  /** The line at [location], and a mark under the place in it; empty if it is not to be had. */
  private fun excerpt(
    file: Path,
    location: SourceCode.Location,
  ): String {
    val (start, end) = location
    val line = lines(file).getOrNull(start.line - 1)?.takeIf { it.length <= WIDEST } ?: return ""
    val column = (start.col - 1).coerceIn(0, line.length)
    val until = if (end?.line == start.line) end.col - 1 else line.length
    val width = (until.coerceAtMost(line.length) - column).coerceAtLeast(1)
    val number = "${start.line}".padStart(NUMBER)
    val indent = line.take(column).map { if (it == '\t') '\t' else ' ' }.joinToString("")
    return "\n$number | $line\n${" ".repeat(NUMBER)} | $indent${paint.mark("^".repeat(width))}"
  }

  private fun lines(file: Path): List<String> =
    texts.getOrPut(file) {
      try {
        Files.readAllLines(if (script.fileName == file) script else file)
      } catch (_: IOException) {
        emptyList()
      }
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
    const val NUMBER = 5

    /** Of a wider line an excerpt helps nobody. */
    const val WIDEST = 200
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

/** Colours for a terminal, or none. */
internal class Paint(
  private val isOn: Boolean,
) {
  fun place(text: String): String = with("1", text)

  fun severity(name: String): String = with(if (name == "error") "1;31" else "1;35", name)

  fun mark(text: String): String = with("1;32", text)

  private fun with(
    code: String,
    text: String,
  ): String = if (isOn) "\u001b[${code}m$text\u001b[0m" else text
}
