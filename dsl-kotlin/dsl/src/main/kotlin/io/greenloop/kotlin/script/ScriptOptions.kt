package io.greenloop.kotlin.script

import java.nio.file.Path
import kotlin.time.Duration

/**
 * How one script is run, as asked on the command line.
 *
 * @property file the script, absolute
 * @property seed what the schedule is derived from, or null for first come, first served
 * @property virtualTime whether the clock jumps to the next timer instead of waiting for it
 * @property debug whether tasks record where they were created and slow steps are reported
 * @property limit how long it may run by the clock of its loop, or null
 */
public class ScriptOptions(
  public val file: Path,
  public val seed: Long? = null,
  public val virtualTime: Boolean = false,
  public val debug: Boolean = false,
  public val limit: Duration? = null,
) {
  /** The file name of the script, for reports: `hello.loop.kts`. */
  public val name: String get() = file.fileName.toString()
}
