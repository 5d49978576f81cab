// Two tasks that wait for each other's lock: nothing can wake the script, and it says so.

import io.greenloop.sync.Lock

val left = Lock()
val right = Lock()

fun both(
  first: Lock,
  second: Lock,
) {
  first.acquire()
  sleep(10.milliseconds)
  second.acquire()
}

green(name = "lefty") { both(left, right) }
green(name = "righty") { both(right, left) }
