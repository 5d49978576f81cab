// Generator-based coroutines: the loop drives the outer one, which delegates to another that ends
// with a return value.

import io.greenloop.Awaitable
import io.greenloop.coroutine.Generator

fun compute(
  x: Int,
  y: Int,
) = Generator.of<Awaitable<*>, Any?, Int> { g ->
  println("Compute $x + $y")
  g.yieldValue(spawn { sleep(1.seconds) })
  x + y
}

fun printSum(
  x: Int,
  y: Int,
) = Generator.of<Awaitable<*>, Any?, Unit> { g ->
  val result = g.yieldFrom(compute(x, y))
  println("Result: $result")
}

Aio.coroutine(printSum(1, 2)).join()
