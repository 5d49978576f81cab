package com.example

import io.greenloop.kotlin.testing.loopTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

class MainTest {
  @Test
  fun greetsFourAtATime() =
    loopTest { t ->
      t.note(greet(listOf("a", "b", "c", "d", "e")).size)
      assertEquals(listOf("5@200"), t.trail()) // virtual time: nobody waits
    }
}
