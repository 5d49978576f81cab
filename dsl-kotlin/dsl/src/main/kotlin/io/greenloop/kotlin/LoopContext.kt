package io.greenloop.kotlin

import kotlinx.coroutines.CopyableThreadContextElement
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.ThreadContextElement
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.EmptyCoroutineContext

/**
 * The context of a task's coroutines: what kotlinx would build as a chain of two or three pairs, in
 * one object that finds its elements by comparing keys. Each dispatch looks for the task, each
 * suspension for the job. See bench `yield`.
 *
 * @property extras what the user put into the context: names, thread locals
 */
internal class LoopContext(
  val extras: CoroutineContext,
  private val task: LoopTask,
  private val job: Job?,
  private val dispatcher: LoopDispatcher,
) : CoroutineContext {
  /** Whether no element of the user can want a say in how code is run. */
  val isPlain: Boolean get() = extras === EmptyCoroutineContext

  @Suppress("UNCHECKED_CAST")
  override fun <E : CoroutineContext.Element> get(key: CoroutineContext.Key<E>): E? =
    when {
      key === Job -> job
      key === LoopTask -> task
      key === ContinuationInterceptor -> dispatcher
      else -> extras[key] ?: dispatcher[key]
    } as E?

  override fun <R> fold(
    initial: R,
    operation: (R, CoroutineContext.Element) -> R,
  ): R {
    val before = operation(extras.fold(initial, operation), task)
    return operation(if (job == null) before else operation(before, job), dispatcher)
  }

  override fun plus(context: CoroutineContext): CoroutineContext =
    if (context is Job) LoopContext(extras, task, context, dispatcher) else super.plus(context)

  override fun minusKey(key: CoroutineContext.Key<*>): CoroutineContext =
    if (this[key] == null) this else asChain().minusKey(key)

  private fun asChain(): CoroutineContext =
    extras + task + (job ?: EmptyCoroutineContext) + dispatcher

  override fun toString(): String = asChain().toString()
}

/** What a child takes over: all but what says who its parent is and where it runs. */
internal fun extrasOf(context: CoroutineContext): CoroutineContext {
  val extras =
    if (context is LoopContext) {
      context.extras
    } else {
      context.minusKey(LoopTask).minusKey(Job).minusKey(ContinuationInterceptor)
    }
  return extras.fold(extras, ::withOwnCopy)
}

/** An element may ask for a copy for each child, as kotlinx's builders make it. */
@OptIn(DelicateCoroutinesApi::class, ExperimentalCoroutinesApi::class)
private fun withOwnCopy(
  extras: CoroutineContext,
  element: CoroutineContext.Element,
): CoroutineContext =
  if (element is CopyableThreadContextElement<*>) extras + element.copyForChild() else extras

/**
 * Runs [body], which is code that blocks, with all that the elements of this context set for a thread.
 * For suspend code kotlinx does so at each step.
 */
internal fun <T> CoroutineContext.inThread(body: () -> T): T {
  if (this is LoopContext && isPlain) return body()
  val elements =
    fold(emptyList<ThreadContextElement<*>>()) { found, element ->
      if (element is ThreadContextElement<*>) found + element else found
    }
  return elements.foldRight(body) { element, inner -> { element.around(this, inner) } }()
}

private fun <S, T> ThreadContextElement<S>.around(
  context: CoroutineContext,
  body: () -> T,
): T {
  val before = updateThreadContext(context)
  return try {
    body()
  } finally {
    restoreThreadContext(context, before)
  }
}
