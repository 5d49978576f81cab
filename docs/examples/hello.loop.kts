// Two tasks of different kinds, waiting at the same time.

val slow =
  spawn {
    sleep(40.milliseconds)
    "suspend"
  }
val plain =
  green {
    Thread.sleep(20)
    "green"
  }
println("${slow.join()} and ${plain.join()}")
