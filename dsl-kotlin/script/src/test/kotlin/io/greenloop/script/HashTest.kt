package io.greenloop.script

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import java.security.MessageDigest
import java.util.HexFormat
import kotlin.random.Random

private fun jdks(bytes: ByteArray): String =
  HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes))

class HashTest :
  FunSpec({
    test("it is the SHA-256 of the JDK, for each length around a block and some far beyond") {
      val random = Random(25)
      for (length in (0..300) + listOf(4_095, 65_536, 1_000_003)) {
        val bytes = random.nextBytes(length)
        Hash.of(bytes) shouldBe jdks(bytes)
      }
    }

    test("parts are hashed as if they were one") {
      val bytes = Random(26).nextBytes(200)
      for (cut in 0..bytes.size) {
        Hash.of(bytes.copyOf(cut), bytes.copyOfRange(cut, bytes.size)) shouldBe jdks(bytes)
      }
    }
  })
