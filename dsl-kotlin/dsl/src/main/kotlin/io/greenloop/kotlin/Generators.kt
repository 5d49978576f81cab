package io.greenloop.kotlin

import io.greenloop.coroutine.Generator
import io.greenloop.coroutine.Yielder

/**
 * The receiver of a generator's body.
 *
 * @param Y what it yields
 * @param S what it is sent
 */
@GreenloopDsl
public class GeneratorScope<Y, S> internal constructor(
  private val yielder: Yielder<Y, S>,
) {
  /**
   * Gives [value] to whoever drives the generator and suspends until it is driven again, from any
   * depth of calls, also from code that knows nothing of generators.
   *
   * @return what it was sent; null by a plain `next()`
   */
  public fun yield(value: Y): S? = yielder.yieldValue(value)

  /** Yields all that [source] yields, and passes on to it what is sent; gives its result. */
  public fun <T> yieldFrom(source: Generator<out Y, in S, T>): T = yielder.yieldFrom(source)

  /** Yields all of [source]. */
  public fun yieldFrom(source: Iterable<Y>) {
    yielder.yieldFrom(source)
  }
}

/**
 * A generator that only yields: `for (x in generator { yield(1); yield(2) })`.
 *
 * Unlike Kotlin's `sequence` its body is stackful: it may yield from any depth of calls, block, and
 * wait for tasks; then the task that drives it waits. Nothing runs before the first `next()`.
 */
public fun <Y> generator(body: GeneratorScope<Y, Void?>.() -> Unit): Generator<Y, Void?, Void?> =
  Generator.of {
    GeneratorScope(it).body()
    null
  }

/** A generator that is sent values by `send` and gives a result: Python's generator in full. */
public fun <Y, S, R> sendingGenerator(body: GeneratorScope<Y, S>.() -> R): Generator<Y, S, R> =
  Generator.of { GeneratorScope(it).body() }

/** The values that are still to come, once. (A generator is an iterator and an iterable in one.) */
public fun <Y> Generator<Y, *, *>.asSequence(): Sequence<Y> = (this as Iterator<Y>).asSequence()
