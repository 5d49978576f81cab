package io.greenloop.script

import io.greenloop.kotlin.script.ScriptOptions
import java.nio.file.Path

/**
 * One `greenloop run`: which script, with which words, and how.
 *
 * @property shown the script as it was typed; what error messages call it
 * @property args the words after it
 */
internal class RunRequest(
  val shown: String,
  val args: List<String>,
  val seed: Long? = null,
  val virtualTime: Boolean = false,
  val debug: Boolean = false,
) {
  val path: Path = Path.of(shown)

  fun options(): ScriptOptions =
    ScriptOptions(path.toAbsolutePath().normalize(), seed, virtualTime, debug)

  companion object {
    /**
     * Reads the usual forms of `run`; null means: let the full parser look, it has the errors too.
     *
     * A second, smaller reader, because loading the full one costs more time than all the rest
     * of starting an unchanged script.
     */
    fun parse(words: Array<String>): RunRequest? {
      if (words.firstOrNull() != "run") return null
      var seed: Long? = null
      var virtualTime = false
      var debug = false
      var next = 1
      while (next < words.size) {
        val word = words[next++]
        when {
          word == "--seed" && next < words.size -> {
            seed =
              words[next++].toLongOrNull() ?: return null
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
            return RunRequest(word, args, seed, virtualTime, debug)
          }
        }
      }
      return null
    }
  }
}
