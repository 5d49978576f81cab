package io.greenloop.script

import java.nio.file.Files
import java.nio.file.Path

/**
 * An AOT archive that this JVM was started with and does not use: it was damaged on disk. The JVM would
 * complain of it at each start, and nobody would ever make it anew.
 */
internal object RefusedArchive {
  /** Flags of the user's own may be the reason as well, such as another garbage collector. */
  private val OWN_FLAGS = listOf("GREENLOOP_JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")

  /** Removes [archive] and says so, if this JVM has refused it. */
  fun remove(archive: Path) {
    val isUsed = "sharing" in System.getProperty("java.vm.info").orEmpty()
    val hasOwnFlags = OWN_FLAGS.any { !System.getenv(it).isNullOrEmpty() }
    if (isUsed || hasOwnFlags || !Files.deleteIfExists(archive)) return
    complain("$archive was damaged; it is removed, and made anew in the background")
  }
}
