package io.greenloop.kotlin

import io.greenloop.EventLoop
import io.greenloop.greenlet.Bridge
import io.greenloop.greenlet.Greenlet
import io.greenloop.greenlet.GreenletExit
import io.greenloop.greenlet.Tuple
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.coroutines.delay
import java.io.IOException
import kotlin.time.Duration.Companion.milliseconds

class GreenletsTest :
  FunSpec({
    test("a greenlet's body is given the first values, and switches to its parent") {
      val g = greenlet { args -> "ends with ${switchToParent(args.size, args[0])}" }

      g.switchTo("a", "b") shouldBe Tuple.of(2, "a")
      g.switchTo("x") shouldBe "ends with x"
      g.isDead shouldBe true
    }

    test("a greenlet takes a parent") {
      val parent = greenlet { args -> "parent got ${args[0]}" }

      greenlet(parent) { "result" }.switchTo() shouldBe "parent got result"
    }

    test(
      "GL-1.2.8: the parent is a property, of a suspended greenlet, in a subclass and in a body",
    ) {
      val sink = greenlet { args -> "sink got ${args[0]}" }
      val late = greenlet { "${switchToParent("left")} and came back" }
      val own =
        object : Greenlet() {
          override fun run(vararg args: Any?): Any {
            parent = sink
            return if (parent === sink) "own" else "lost"
          }
        }

      late.switchTo() shouldBe "left"
      late.parent = own
      late.parent shouldBe own
      own.parent shouldBe Greenlet.current()
      late.switchTo("it") shouldBe "sink got own"
    }

    test(
      "GL-1.2.9, GL-1.2.10, GL-1.2.12: a parent that cannot be is refused, and nothing changed",
    ) {
      val above = greenlet { }
      val below = greenlet(above) { }

      shouldThrow<IllegalArgumentException> { above.parent = below }.message shouldBe
        "cyclic parent chain"
      shouldThrow<NullPointerException> { below.parent = null }
      shouldThrow<IllegalStateException> { Greenlet.current().parent = above }
      below.parent shouldBe above
      above.parent shouldBe Greenlet.current()
    }

    test("a greenlet is itself, and is thrown into") {
      val g =
        greenlet {
          try {
            switchToParent(self === Greenlet.current())
          } catch (e: IOException) {
            "caught ${e.message}"
          }
        }

      g.switchTo() shouldBe true
      g.throwInto(IOException("disk")) shouldBe "caught disk"
      greenlet { switchToParent() }.throwInto().let { it is GreenletExit } shouldBe true
    }

    test("in suspend code greenlets work, and stay over a suspension") {
      val said =
        loop {
          val g = greenlet { "end with ${switchToParent("started")}" }
          val first = g.switchTo()
          delay(1)
          "$first, ${g.switchTo("more")}"
        }

      said shouldBe "started, end with more"
    }

    test("in suspend code a greenlet may wait too, which is reported") {
      val said = mutableListOf<Any?>()
      val lines =
        logged {
          virtually {
            val gate = EventLoop.current().newPromise<String>()
            val careless =
              spawn("careless") {
                greenlet {
                  user.parkFor(1)
                  user.joined(gate)
                }.switchTo()
              }
            spawn {
              sleep(5.milliseconds)
              said += "another"
              gate.complete("gate")
            }.await()
            said += careless.await()
          }
        }

      lines.map { it.substringAfter(": ").substringBefore("(") } shouldBe
        listOf(
          "task 'careless' parked in sleep at user.ParkingKt.parkFor",
          "task 'careless' parked in join at user.ParkingKt.joined",
        )
      said shouldBe listOf("another", "gate")
    }

    test("in a green task a greenlet may wait, and only its task does") {
      val said = mutableListOf<Any?>()
      loop {
        val gate = EventLoop.current().newPromise<String>()
        val task = green { greenlet { gate.join() }.switchTo() }
        spawn {
          sleep(1.milliseconds)
          said += "another"
          gate.complete("gate")
        }.await()
        said += task.await()
      }

      said shouldBe listOf("another", "gate")
    }

    test("a bridge runs synchronous code over an asynchronous driver") {
      loop {
        val answer = EventLoop.current().newPromise<String>()
        spawn {
          sleep(1.milliseconds)
          answer.complete("7")
        }
        bridge { "row ${Bridge.await(answer)}" }
      } shouldBe "row 7"
    }

    test("a bridge throws what its code throws") {
      val error = IOException("disk")

      shouldThrow<IOException> { loop { bridge { throw error } } }.message shouldContain "disk"
    }

    test("a coroutine is driven by hand, from any depth") {
      val talk =
        coroutine<String, String> {
          fun ask(question: String) = yield(question)
          "hello ${ask("who are you?")}"
        }

      talk.send(null) shouldBe "who are you?"
      talk.send("Ann") shouldBe "hello Ann"
      talk.isDone shouldBe true
    }
  })
