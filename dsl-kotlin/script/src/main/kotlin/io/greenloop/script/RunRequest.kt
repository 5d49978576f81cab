package io.greenloop.script

import io.greenloop.kotlin.script.ScriptOptions
import java.nio.file.Path
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/**
 * One `greenloop run`: which script, with which words, and how.
 *
 * @property shown the script as it was typed; what error messages call it
 * @property args the words after it
 * @property jfr where a flight recording of the run goes, or null
 */
internal class RunRequest(
  val shown: String,
  val args: List<String>,
  val seed: Long? = null,
  val virtualTime: Boolean = false,
  val debug: Boolean = false,
  val limit: Duration? = null,
  val jfr: String? = null,
) {
  val path: Path = Path.of(shown)

  fun options(): ScriptOptions =
    ScriptOptions(path.toAbsolutePath().normalize(), seed, virtualTime, debug, limit)

  companion object {
    /**
     * Reads the usual forms of `run`; null means: let the full parser look, it has the errors too.
     * `run` may be left out in front of a script: that is how the system starts one whose first line
     * is `#!/usr/bin/env greenloop`.
     *
     * A second, smaller reader, because loading the full one costs more time than all the rest
     * of starting an unchanged script.
     */
    fun parse(words: Array<String>): RunRequest? {
      val isCommand = words.firstOrNull() == "run"
      if (!isCommand && words.firstOrNull()?.endsWith(ScriptRunner.EXTENSION) != true) return null
      var seed: Long? = null
      var virtualTime = false
      var debug = false
      var limit: Duration? = null
      var jfr: String? = null
      var next = if (isCommand) 1 else 0
      while (next < words.size) {
        val word = words[next++]
        when {
          word == "--seed" && next < words.size -> {
            seed = words[next++].toLongOrNull() ?: return null
          }

          word == "--timeout" && next < words.size -> {
            limit = duration(words[next++]) ?: return null
          }

          word == "--jfr" && next < words.size -> {
            jfr = words[next++]
          }

          word == "--virtual-time" -> {
            virtualTime = true
          }

          word == "--debug" -> {
            debug = true
          }

          word.isEmpty() || word.startsWith("-") -> {
            return null
          }

          else -> {
            val args = words.asList().subList(next, words.size)
            return RunRequest(word, args, seed, virtualTime, debug, limit, jfr)
          }
        }
      }
      return null
    }

    /** `90`, `90s`, `1.5h`, `1m 30s`, `500ms`; null for anything else, and for none at all. */
    fun duration(text: String): Duration? =
      (text.toIntOrNull()?.seconds ?: Duration.parseOrNull(text))?.takeIf { it > Duration.ZERO }
  }
}
