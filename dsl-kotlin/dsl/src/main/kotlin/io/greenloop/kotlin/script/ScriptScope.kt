package io.greenloop.kotlin.script

import io.greenloop.ExitRequest
import io.greenloop.kotlin.GreenScope
import java.nio.file.Path

/**
 * What a script can name at any depth, also inside `spawn { }` and `green { }`: a receiver of its
 * own, because a body hides the names of the receiver around it.
 */
public interface ScriptProgram {
  /** The words after the script's name on the command line. */
  public val args: List<String>

  /** The script's own file, absolute; for what lies beside it. */
  public val scriptFile: Path

  /**
   * Ends the script at once with exit code [code]: its tasks are cancelled, cleanup (`finally`) runs
   * on the way out.
   *
   * @param code 0 for success; the shell sees its lowest 8 bits
   */
  public fun exit(code: Int = 0): Nothing = throw ExitRequest(code)
}

/**
 * The implicit receiver of a script. Its body is the main *stackful* task of a loop: top-level code
 * may wait and block as it likes.
 *
 * The body is a scope: at its end it waits for what `spawn`, `green` and kotlinx's `launch` started;
 * a failing child cancels the rest, and its failure is the script's.
 */
public class ScriptScope internal constructor(
  override val args: List<String>,
  override val scriptFile: Path,
  scope: GreenScope,
) : ScriptProgram,
  GreenScope by scope
