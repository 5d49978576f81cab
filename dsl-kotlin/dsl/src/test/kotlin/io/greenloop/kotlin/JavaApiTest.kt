package io.greenloop.kotlin

import io.greenloop.Aio
import io.greenloop.CancelScope
import io.greenloop.EventLoop
import io.greenloop.TaskGroup
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.shouldBe
import java.time.Duration.ofSeconds

/** The Java API as Kotlin code calls it: a lambda keeps its value where Java has a form without one. */
class JavaApiTest :
  FunSpec({
    test("a lambda that is passed to the Java API keeps its value") {
      Aio.run {
        val group =
          TaskGroup.run { group ->
            val left = group.spawn { 1 }
            left.join()
          }
        listOf(
          Aio.spawn { 2 }.join(),
          EventLoop.current().spawn { 3 }.join(),
          Aio.timeout(ofSeconds(1)) { 4 },
          CancelScope.create().run { 5 },
          group,
        )
      } shouldContainExactly listOf(2, 3, 4, 5, 1)
    }

    test("a lambda without a value is one, too") {
      val trail = mutableListOf<String>()
      Aio.run {
        Aio.spawn { trail += "task" }.join()
        TaskGroup.run { group ->
          group.spawn { trail += "child" }
        }
        while (trail.size < 2) Aio.yieldNow()
      }
      trail shouldBe listOf("task", "child")
    }
  })
