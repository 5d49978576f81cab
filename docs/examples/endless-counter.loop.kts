// Counts until it is cancelled: by a timer of the loop after five seconds, or by Ctrl-C.

val counter =
  spawn {
    try {
      var n = 0
      while (true) {
        println("counting ${n++}")
        sleep(1.seconds)
      }
    } finally {
      println("counter: cleaned up")
    }
  }

EventLoop.current().callLater(5.seconds) { counter.cancel() }

try {
  sleep(6.seconds)
  println("the loop goes on")
  sleep(1.seconds)
  println("stopped")
} finally {
  println("script: cleaned up")
}
