package io.greenloop.script

import java.io.IOException
import java.nio.file.Files
import java.nio.file.Path
import java.security.MessageDigest
import java.util.HexFormat

/** SHA-256 as lower-case hex, the name of everything in the cache. */
internal object Hash {
  fun of(vararg parts: ByteArray): String {
    val digest = MessageDigest.getInstance("SHA-256")
    for (part in parts) digest.update(part)
    return HexFormat.of().formatHex(digest.digest())
  }

  /** That of the bytes of [file] at this moment; null if it cannot be read. */
  fun ofFile(file: Path): String? =
    try {
      of(Files.readAllBytes(file))
    } catch (_: IOException) {
      null
    }
}
