package io.greenloop.kotlin

import io.greenloop.coroutine.Coroutine
import io.greenloop.greenlet.Bridge
import io.greenloop.greenlet.Greenlet

/** The receiver of a greenlet's body. */
@GreenloopDsl
public class GreenletScope internal constructor(
  /** The greenlet whose body this is. */
  public val self: Greenlet,
) {
  /**
   * Switches to the parent with [values], packed as by [Greenlet.switchTo].
   *
   * @return what is sent here next, by whomever
   */
  public fun switchToParent(vararg values: Any?): Any? = self.parent!!.switchTo(*values)
}

/**
 * A greenlet that runs [body] with the values of the first switch: `greenlet { args -> … }`. Needs
 * `greenloop-greenlet` beside the DSL.
 *
 * @param parent where its result goes; the current greenlet, if null
 */
public fun greenlet(
  parent: Greenlet? = null,
  body: GreenletScope.(args: List<Any?>) -> Any?,
): Greenlet = Greenlet({ args -> GreenletScope(Greenlet.current()).body(args.asList()) }, parent)

/**
 * A coroutine driven by hand: each `send` goes in at a `yield`, and the next message comes out; at
 * last the value of [body]. It may yield from any depth of calls.
 */
public fun <In, Out> coroutine(body: GeneratorScope<Out, In?>.() -> Out): Coroutine<In?, Out> =
  Coroutine.of { GeneratorScope<Out, In?>(it).body() }

/**
 * Runs synchronous [code] whose driver says `Bridge.await(future)`, and suspends until it is done.
 * Cancelling the caller cancels it. Needs `greenloop-greenlet` beside the DSL.
 */
public suspend fun <T> bridge(code: () -> T): T = Bridge.run<T> { code() }.await()
