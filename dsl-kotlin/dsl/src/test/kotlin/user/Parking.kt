package user

import io.greenloop.Aio
import io.greenloop.Awaitable
import java.time.Duration

// Blocking helpers as a user of the library would have them: called from suspend code by mistake.

fun parkFor(millis: Long) {
  Aio.sleep(Duration.ofMillis(millis))
}

fun <T> joined(awaitable: Awaitable<T>): T = awaitable.asFuture().join()
