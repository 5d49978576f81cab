package io.greenloop.kotlin.script

/**
 * Decides how the body of a script is run: the one place where the script host and the loop meet.
 *
 * The host knows files, compilers and caches; it knows nothing of loops. It hands over a body that
 * builds the instance of the script class, for in Kotlin the top-level code of a script is its
 * constructor.
 */
public object ScriptRuntime {
  /**
   * Runs [body] to its end and gives the exit code of the process.
   *
   * **Room:** the main thread of the launcher; blocks it until the script is done.
   *
   * @param args the words after the script's name, as the script's `args`
   * @param options what the command line asked for
   * @param body runs the script's top-level code with the given receiver
   * @return 0 at a normal end, or what the script handed to [ScriptScope.exit]
   * @throws Throwable what the script failed with, itself and not wrapped
   */
  @JvmStatic
  public fun run(
    args: List<String>,
    @Suppress("UNUSED_PARAMETER") options: ScriptOptions,
    body: (ScriptScope) -> Unit,
  ): Int =
    try {
      body(ScriptScope(args))
      0
    } catch (exit: ScriptExit) {
      exit.code
    }
}
