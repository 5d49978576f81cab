package io.greenloop.kotlin

import io.greenloop.EventLoop
import io.greenloop.RunOptions
import io.greenloop.TimerHandle
import kotlin.time.Duration
import kotlin.time.toJavaDuration

/** [EventLoop.callLater] with a Kotlin duration. */
public fun EventLoop.callLater(
  delay: Duration,
  callback: () -> Unit,
): TimerHandle = callLater(delay.toJavaDuration(), callback)

/** [RunOptions.timeout] with a Kotlin duration. */
public fun RunOptions.timeout(limit: Duration): RunOptions = timeout(limit.toJavaDuration())
