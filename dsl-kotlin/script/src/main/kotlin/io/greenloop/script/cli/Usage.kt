package io.greenloop.script.cli

import io.greenloop.script.ScriptRunner
import picocli.CommandLine.MissingParameterException
import picocli.CommandLine.Model.ArgSpec
import picocli.CommandLine.Model.CommandSpec
import picocli.CommandLine.Model.OptionSpec
import picocli.CommandLine.ParameterException
import picocli.CommandLine.UnmatchedArgumentException
import kotlin.time.Duration

/** Wrong usage in one sentence: what was wrong, and what to write instead. */
internal object Usage {
  fun sentence(error: ParameterException): String {
    val spec = error.commandLine.commandSpec
    val what =
      when (error) {
        is UnmatchedArgumentException -> unmatched(error, spec)
        is MissingParameterException -> missing(error.missing.first())
        else -> error.argSpec?.let { "${name(it)} wants ${kind(it)}, not '${error.value}'" }
      } ?: error.message
    return "$what; write: ${line(spec)}"
  }

  private fun unmatched(
    error: UnmatchedArgumentException,
    spec: CommandSpec,
  ): String {
    val word = error.unmatched.first()
    val whose = if (spec.parent() == null) "greenloop" else "'${spec.name()}'"
    return when {
      word.startsWith("-") -> {
        "$whose has no option '$word'"
      }

      spec.parent() == null -> {
        if ('.' in word || '/' in word) {
          "'$word' is no script: ${ScriptRunner.NAMES}"
        } else {
          "there is no command '$word'"
        }
      }

      else -> {
        "$whose takes no further word, so '$word' is too much"
      }
    }
  }

  private fun missing(spec: ArgSpec): String =
    if (spec.isOption) "${name(spec)} wants ${kind(spec)}" else "${spec.paramLabel()} is missing"

  private fun name(spec: ArgSpec): String =
    (spec as? OptionSpec)?.longestName() ?: spec.paramLabel()

  private fun kind(spec: ArgSpec): String =
    when (spec.type().kotlin) {
      Long::class -> "a whole number"
      Duration::class -> "a time such as 90s or 5m"
      else -> "a word"
    }

  /** How the command is written, with its options and words. */
  fun line(spec: CommandSpec): String {
    val commands = spec.subcommands().keys
    if (commands.isNotEmpty()) return "${spec.name()} ${commands.joinToString("|")} …, or --help"
    val options =
      spec.options().filterNot { it.usageHelp() || it.versionHelp() }.joinToString("") {
        val value = if (it.arity().max() > 0) " ${it.paramLabel()}" else ""
        " [${it.longestName()}$value]"
      }
    val words =
      spec.positionalParameters().joinToString("") {
        val many = if (it.arity().max() > 1 || it.index().max() > it.index().min()) "…" else ""
        if (it.required()) " ${it.paramLabel()}$many" else " [${it.paramLabel()}$many]"
      }
    return spec.qualifiedName() + options + words
  }
}
