package io.greenloop.script

import java.io.IOException
import java.nio.file.Files
import java.nio.file.Path
import java.util.HexFormat

/** SHA-256 as lower-case hex, the name of everything in the cache. */
internal object Hash {
  fun of(vararg parts: ByteArray): String {
    val hash = Sha256()
    for (part in parts) hash.update(part)
    return HexFormat.of().formatHex(hash.digest())
  }

  /** That of the bytes of [file] at this moment; null if it cannot be read. */
  fun ofFile(file: Path): String? =
    try {
      of(Files.readAllBytes(file))
    } catch (_: IOException) {
      null
    }
}
