// What the archives are trained with: the parts of compiler and runtime that most scripts touch.
import java.util.concurrent.ConcurrentHashMap

data class Page(
    val address: String,
    val links: List<String> = emptyList(),
)

sealed interface Outcome {
    class Good(
        val page: Page,
    ) : Outcome

    data object Bad : Outcome
}

fun visit(address: String): Outcome = if (address.isEmpty()) Outcome.Bad else Outcome.Good(Page(address))

fun <T> List<T>.second(): T? = if (size > 1) this[1] else null

val seen = ConcurrentHashMap<String, Int>()
var count = 0
for (address in listOf("a", "b", "")) {
    when (val outcome = visit(address)) {
        is Outcome.Good -> seen[outcome.page.address] = ++count
        Outcome.Bad -> count--
    }
}
val wait = 3.milliseconds + 1.seconds
val names =
    seen.keys
        .sorted()
        .map { it.uppercase() }
        .joinToString()
println("args $args, names $names, wait $wait, second ${seen.keys.toList().second()}")
println("%5.2f of %d".format(1.5, count))
try {
    check(count > 100) { "few" }
} catch (e: IllegalStateException) {
    println(e.message)
}
exit(0)
