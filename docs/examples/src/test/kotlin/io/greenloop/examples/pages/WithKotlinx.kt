package io.greenloop.examples.pages

import io.greenloop.Aio
import io.greenloop.EventLoop
import io.greenloop.LoopOptions
import io.greenloop.kotlin.LoopDispatcher
import io.greenloop.kotlin.LoopScope
import io.greenloop.kotlin.asDeferred
import io.greenloop.kotlin.asLoopFuture
import io.greenloop.kotlin.await
import io.greenloop.kotlin.green
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.selects.select
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext
import kotlin.time.Duration.Companion.milliseconds

suspend fun LoopScope.asItWas() {
  val channel = Channel<Int>()
  val mutex = Mutex()
  launch {
    for (n in 1..3) {
      delay(10.milliseconds)
      channel.send(n)
    }
    channel.close()
  }
  var sum = 0
  for (n in channel) mutex.withLock { sum += n }
  println("the sum is $sum after ${now()} ms")
}

fun onALoopThatIsThere() {
  EventLoop.create(LoopOptions.defaults().withName("mine")).use { loop ->
    val scope = CoroutineScope(LoopDispatcher(loop))
    val answer =
      scope.async {
        delay(10.milliseconds)
        "from a coroutine on $loop"
      }
    println(loop.runUntilComplete(answer.asLoopFuture(loop)))
  }
}

suspend fun LoopScope.bothWorlds() {
  val task = green { sleep(10.milliseconds).let { "a task" } }
  val deferred =
    async {
      delay(20.milliseconds)
      "a deferred"
    }
  val first =
    select {
      task.asDeferred().onAwait { it }
      deferred.onAwait { it }
    }
  println("$first came first")
  println(green { Aio.gather(task, deferred.asLoopFuture()).join() }.await())
}

suspend fun elsewhereAndBack() {
  val here = Aio.currentTask()
  val sum = withContext(Dispatchers.Default) { (1..1000).sum() } // on another thread
  println("$sum, and back in the same task: ${Aio.currentTask() == here}")
}
