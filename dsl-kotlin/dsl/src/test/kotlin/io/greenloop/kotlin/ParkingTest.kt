package io.greenloop.kotlin

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.string.shouldContain
import kotlin.time.Duration.Companion.milliseconds

/** A parking call in suspend code: not what it is for, but it works, and is reported. */
class ParkingTest :
  FunSpec({
    test("the rest of the step runs behind what is queued by then; the loop goes on") {
      trailOf { t ->
        val parked =
          spawn {
            t.loop().callSoon { t.note("queued before") }
            user.parkFor(0)
            t.note("parked for a turn")
            user.parkFor(10)
            t.note("parked for longer")
            sleep(1.milliseconds)
            t.note("suspended")
          }
        spawn { t.note("next") }
        parked.await()
      } shouldContainExactly
        listOf(
          "next@0",
          "queued before@0",
          "parked for a turn@0",
          "parked for longer@10",
          "suspended@11",
        )
    }

    test("it is logged once per line") {
      val lines =
        logged {
          virtually {
            val other = spawn { sleep(5.milliseconds) }
            repeat(3) { spawn("careless") { user.parkFor(1) }.await() }
            user.joined(other)
            green { user.parkFor(1) }.await()
          }
        }

      lines shouldHaveSize 2
      lines[0] shouldContain
        "task 'careless' parked in sleep at user.ParkingKt.parkFor(Parking.kt:"
      lines[0] shouldContain
        "in suspend code; use the suspending form, or run the code as a stackful task"
      lines[1] shouldContain "parked in join at user.ParkingKt.joined(Parking.kt:"
    }
  })
