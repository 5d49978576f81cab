package io.greenloop.kotlin.script

/**
 * The implicit receiver of a script: what its top-level code can name without an import.
 *
 * @property args the words after the script's name on the command line
 */
public class ScriptScope(
  public val args: List<String>,
) {
  /**
   * Ends the script at once with exit code [code]; cleanup (`finally`) runs on the way out.
   *
   * @param code 0 for success; the shell sees its lowest 8 bits
   */
  public fun exit(code: Int = 0): Nothing = throw ScriptExit(code)
}

/** Leaves a script from any depth; an [Error], so that a broad `catch (e: Exception)` lets it pass. */
internal class ScriptExit(
  val code: Int,
) : Error("exit($code)", null, false, false)
