package io.greenloop.script

import jdk.jfr.Configuration
import jdk.jfr.Recording
import java.io.IOException
import java.nio.file.Path

/** `--jfr`: what the JVM, and the loop in it, did from the script's start to the process's end. */
internal object FlightRecording {
  /**
   * Starts one that is written to [file] when the JVM ends, in whatever way but a halt.
   *
   * @return false if it cannot be written there; the reason has been said
   */
  fun start(file: String): Boolean =
    try {
      val recording = Recording(Configuration.getConfiguration("default"))
      recording.destination = Path.of(file)
      recording.dumpOnExit = true
      recording.start()
      true
    } catch (e: IOException) {
      complain("--jfr $file: cannot write there ($e)")
      false
    }
}
