package io.greenloop.kotlin.script

/**
 * How one script is run, as asked on the command line.
 *
 * @property name the file name of the script, for reports: `hello.loop.kts`
 * @property seed what the schedule is derived from, or null for first come, first served
 * @property virtualTime whether the clock jumps to the next timer instead of waiting for it
 * @property debug whether tasks record where they were created and slow steps are reported
 */
public class ScriptOptions(
  public val name: String,
  public val seed: Long? = null,
  public val virtualTime: Boolean = false,
  public val debug: Boolean = false,
)
