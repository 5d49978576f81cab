// A function that computes for a while runs on another thread; the loop ticks meanwhile.

fun countPrimes(below: Int): Int =
  (2..<below).count { n -> (2..<n).takeWhile { it * it <= n }.none { n % it == 0 } }

val primes = Aio.runInExecutor(null) { countPrimes(200_000) }

var ticks = 0
while (!primes.isDone) {
  sleep(1.milliseconds)
  ticks++
}
println("${primes.join()} primes")
println(if (ticks > 1) "the loop ticked meanwhile" else "the loop stood still")
