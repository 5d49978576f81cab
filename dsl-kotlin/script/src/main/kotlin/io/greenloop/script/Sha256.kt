package io.greenloop.script

/**
 * SHA-256 (FIPS 180-4). That of the JDK sets its security providers up first, which takes longer than
 * anything else in the start of an unchanged script, whose text has a thousand bytes.
 */
internal class Sha256 {
  private val state =
    intArrayOf(
      0x6a09e667,
      -0x4498517b,
      0x3c6ef372,
      -0x5ab00ac6,
      0x510e527f,
      -0x64fa9774,
      0x1f83d9ab,
      0x5be0cd19,
    )
  private val words = IntArray(ROUNDS)
  private val block = ByteArray(BLOCK)
  private var filled = 0
  private var length = 0L

  /** Adds [bytes] to what is hashed. */
  fun update(bytes: ByteArray) {
    length += bytes.size
    var next = 0
    while (next < bytes.size) {
      val count = minOf(BLOCK - filled, bytes.size - next)
      bytes.copyInto(block, filled, next, next + count)
      next += count
      filled += count
      if (filled == BLOCK) mix()
    }
  }

  /** The hash of all that was added; the end of this object's use. */
  fun digest(): ByteArray {
    val bits = length * Byte.SIZE_BITS
    val zeros = (BLOCK + LENGTH_AT - 1 - filled) % BLOCK
    update(byteArrayOf(Byte.MIN_VALUE) + ByteArray(zeros))
    update(ByteArray(Long.SIZE_BYTES) { (bits ushr (Long.SIZE_BITS - 8 - 8 * it)).toByte() })
    return ByteArray(state.size * Int.SIZE_BYTES) {
      (state[it / 4] ushr (Int.SIZE_BITS - 8 - 8 * (it % 4))).toByte()
    }
  }

  /** Mixes the full [block] into [state]. */
  private fun mix() {
    filled = 0
    val w = words
    for (i in 0 until 16) {
      w[i] = (byte(4 * i) shl 24) or (byte(4 * i + 1) shl 16) or
        (byte(4 * i + 2) shl 8) or byte(4 * i + 3)
    }
    for (i in 16 until ROUNDS) {
      val x = w[i - 15]
      val y = w[i - 2]
      val s0 = x.rotateRight(7) xor x.rotateRight(18) xor (x ushr 3)
      val s1 = y.rotateRight(17) xor y.rotateRight(19) xor (y ushr 10)
      w[i] = w[i - 16] + s0 + w[i - 7] + s1
    }
    var a = state[0]
    var b = state[1]
    var c = state[2]
    var d = state[3]
    var e = state[4]
    var f = state[5]
    var g = state[6]
    var h = state[7]
    for (i in 0 until ROUNDS) {
      val s1 = e.rotateRight(6) xor e.rotateRight(11) xor e.rotateRight(25)
      val t1 = h + s1 + ((e and f) xor (e.inv() and g)) + K[i] + w[i]
      val s0 = a.rotateRight(2) xor a.rotateRight(13) xor a.rotateRight(22)
      val t2 = s0 + ((a and b) xor (a and c) xor (b and c))
      h = g
      g = f
      f = e
      e = d + t1
      d = c
      c = b
      b = a
      a = t1 + t2
    }
    state[0] += a
    state[1] += b
    state[2] += c
    state[3] += d
    state[4] += e
    state[5] += f
    state[6] += g
    state[7] += h
  }

  private fun byte(index: Int): Int = block[index].toInt() and 0xff

  private companion object {
    const val ROUNDS = 64
    const val BLOCK = 64

    /** Where the length stands in the last block. */
    const val LENGTH_AT = 56

    /** The first 32 bits of the fractions of the cube roots of the first 64 primes. */
    val K: IntArray =
      intArrayOf(
        0x428a2f98,
        0x71374491,
        -0x4a3f0431,
        -0x164a245b,
        0x3956c25b,
        0x59f111f1,
        -0x6dc07d5c,
        -0x54e3a12b,
        -0x27f85568,
        0x12835b01,
        0x243185be,
        0x550c7dc3,
        0x72be5d74,
        -0x7f214e02,
        -0x6423f959,
        -0x3e640e8c,
        -0x1b64963f,
        -0x1041b87a,
        0x0fc19dc6,
        0x240ca1cc,
        0x2de92c6f,
        0x4a7484aa,
        0x5cb0a9dc,
        0x76f988da,
        -0x67c1aeae,
        -0x57ce3993,
        -0x4ffcd838,
        -0x40a68039,
        -0x391ff40d,
        -0x2a586eb9,
        0x06ca6351,
        0x14292967,
        0x27b70a85,
        0x2e1b2138,
        0x4d2c6dfc,
        0x53380d13,
        0x650a7354,
        0x766a0abb,
        -0x7e3d36d2,
        -0x6d8dd37b,
        -0x5d40175f,
        -0x57e599b5,
        -0x3db47490,
        -0x3893ae5d,
        -0x2e6d17e7,
        -0x2966f9dc,
        -0x0bf1ca7b,
        0x106aa070,
        0x19a4c116,
        0x1e376c08,
        0x2748774c,
        0x34b0bcb5,
        0x391c0cb3,
        0x4ed8aa4a,
        0x5b9cca4f,
        0x682e6ff3,
        0x748f82ee,
        0x78a5636f,
        -0x7b3787ec,
        -0x7338fdf8,
        -0x6f410006,
        -0x5baf9315,
        -0x41065c09,
        -0x398e870e,
      )
  }
}
