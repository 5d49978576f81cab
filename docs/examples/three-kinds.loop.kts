// The three kinds of coroutine on one loop, each waiting for another.

import io.greenloop.coroutine.Generator

// A generator: its body runs to the next yield when somebody asks for a value.
val numbers =
  Generator.yielding<Int> { g ->
    for (n in 1..3) g.yieldValue(n)
  }

// A stackful task: blocking code. It drives the generator.
val squares =
  green {
    numbers
      .stream()
      .map { it * it }
      .toList()
      .also { Thread.sleep(10) }
  }

// A suspend task: waits for the stackful one.
val sum =
  spawn {
    squares.await().sum()
  }

println("the sum of ${squares.join()} is ${sum.join()}")
