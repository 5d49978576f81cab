// An endless generator: ten numbers are taken, then it is closed.

import io.greenloop.coroutine.Generator

fun fibonacci() =
  Generator.yielding<Int> { g ->
    var a = 0
    var b = 1
    try {
      while (true) {
        g.yieldValue(a)
        b += a.also { a = b }
      }
    } finally {
      println("closed")
    }
  }

fibonacci().use { numbers ->
  repeat(10) { println(numbers.next()) }
}
