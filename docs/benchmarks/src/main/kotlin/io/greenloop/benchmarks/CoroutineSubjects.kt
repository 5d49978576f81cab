package io.greenloop.benchmarks

import io.greenloop.coroutine.Generator
import io.greenloop.greenlet.Greenlet

/** Greenlets and generators, on a plain thread as CPython's are. */
internal fun coroutineSubjects(): List<Subject> =
  listOf(
    JvmSubject("greenlet-round-trip", "greenloop-greenlet", 500_000) { n -> roundTrips(n) },
    *DEPTHS
      .map { depth ->
        JvmSubject(
          "greenlet-depth",
          "greenloop-greenlet/$depth",
          100_000,
        ) { n -> roundTrips(n, depth) }
      }.toTypedArray(),
    JvmSubject("greenlet-sibling", "greenloop-greenlet", 500_000) { n -> siblingSwitches(n) },
    JvmSubject("greenlet-create", "greenloop-greenlet", 200_000) { n -> created(n) },
    JvmSubject("greenlet-create-switch", "greenloop-greenlet", 200_000) { n ->
      createdAndSwitched(n)
    },
    JvmSubject("greenlet-memory", "greenloop-greenlet", 1_000_000, "bytes", once = true) { n ->
      suspended(n)
    },
    JvmSubject("generator", "greenloop-generator", 500_000) { n -> generated(n) },
  )

/** How many frames of the child lie under its switch: does their copying cost? */
private val DEPTHS = listOf(5, 50, 500)

private fun switchForEver(
  to: Greenlet,
  depth: Int,
): Int {
  if (depth > 0) return switchForEver(to, depth - 1) + 1 // no tail call: the frame stays
  while (true) {
    to.switchTo()
  }
}

private fun roundTrips(
  n: Int,
  depth: Int = 0,
): Long {
  val main = Greenlet.current()
  val child = Greenlet { switchForEver(main, depth) }
  child.switchTo()
  val nanos = timed { repeat(n) { child.switchTo() } }
  child.throwInto()
  return nanos
}

private fun siblingSwitches(n: Int): Long {
  val main = Greenlet.current()
  val pair = arrayOfNulls<Greenlet>(2)
  repeat(2) { mine ->
    pair[mine] =
      Greenlet {
        val other = pair[1 - mine]!!
        repeat(n / 2) { other.switchTo(1 - mine) }
        main.switchTo()
      }
  }
  val nanos = timed { pair[0]!!.switchTo() }
  pair.forEach { it!!.throwInto() }
  return nanos
}

/** A value goes in and comes out: what nobody looks at might be left out by the compiler. */
private fun created(n: Int): Long {
  var sum = 0L
  val nanos = timed { for (i in 0 until n) sum += Greenlet { it[0] }.switchTo(i) as Int }
  checkSum(sum, n)
  return nanos
}

/** As [created], but on its way it switches out once: then it needs a stack of its own. */
private fun createdAndSwitched(n: Int): Long {
  var sum = 0L
  val main = Greenlet.current()
  val nanos =
    timed {
      for (i in 0 until n) {
        val g = Greenlet { main.switchTo(it[0]) }
        sum += g.switchTo(g.switchTo(i)) as Int
      }
    }
  checkSum(sum, n)
  return nanos
}

private fun checkSum(
  sum: Long,
  n: Int,
) = check(sum == n.toLong() * (n - 1) / 2) { "the numbers came out as $sum" }

private fun generated(n: Int): Long {
  var sum = 0L
  val nanos =
    Generator.yielding<Int> { g -> repeat(n) { g.yieldValue(it) } }.use { numbers ->
      timed { for (number in numbers) sum += number }
    }
  checkSum(sum, n)
  return nanos
}

/**
 * The heap that [n] greenlets take, suspended five frames deep, when the compiler is through with
 * their code: frames that were entered before are larger.
 */
private fun suspended(n: Int): Long {
  val kept = arrayOfNulls<Greenlet>(n)
  repeat(WARM_UP_ROUNDS) {
    suspendInto(kept, n / WARM_UP_ROUNDS)
    for (i in 0 until n / WARM_UP_ROUNDS) kept[i]!!.close()
  }
  kept.fill(null)
  val before = usedHeap()
  suspendInto(kept, n)
  val bytes = usedHeap() - before
  check(kept.all { it!!.isActive }) { "a greenlet has ended" }
  return bytes
}

private const val WARM_UP_ROUNDS = 10

private fun suspendInto(
  kept: Array<Greenlet?>,
  count: Int,
) {
  val main = Greenlet.current()
  for (i in 0 until count) {
    kept[i] = Greenlet { switchForEver(main, 4) }.also { it.switchTo() }
  }
}
