package io.greenloop.script

/** Who reads standard error; the `greenloop` command knows it, in both processes. */
internal object Terminal {
  /** The system property that tells, where a person does. */
  const val PROPERTY = "greenloop.terminal"

  /** Whether a person reads it. */
  val isThere: Boolean get() = System.getProperty(PROPERTY) != null

  /** Whether it may have colours (see no-color.org). */
  val hasColours: Boolean
    get() = isThere && System.getenv("NO_COLOR").isNullOrEmpty() && System.getenv("TERM") != "dumb"

  /** Shows a line that says what takes so long, until [eraseProgress]. */
  fun showProgress(what: String) {
    if (isThere) System.err.print("greenloop: $what …")
  }

  /** Removes that line, which another process may have written. */
  fun eraseProgress() {
    if (isThere) System.err.print("\r\u001b[K")
  }
}
