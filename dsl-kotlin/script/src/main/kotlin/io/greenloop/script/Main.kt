package io.greenloop.script

import io.greenloop.script.cli.CommandLine
import kotlin.system.exitProcess

/** The `greenloop` command inside the JVM. */
public object Main {
  @JvmStatic
  public fun main(words: Array<String>) {
    val request = RunRequest.parse(words)
    val code = if (request != null) ScriptRunner.run(request) else CommandLine.run(words)
    if (code != ExitCode.OK) exitProcess(code)
  }
}

/** Exit codes of the command; part of its contract. */
internal object ExitCode {
  const val OK = 0

  /** The script failed. */
  const val FAILED = 1

  /** Wrong usage, or a script that cannot be found, resolved or compiled. */
  const val USAGE = 2
}

/** Prints one line about the command itself, as all its parts do. */
internal fun complain(message: String) {
  System.err.println("greenloop: $message")
}
