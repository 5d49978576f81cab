package example.kotlinx

import io.greenloop.kotlin.loop
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlin.time.Duration.Companion.milliseconds

/** A crawler as one writes it with channels: workers take addresses and give back links. */
object Crawler {
  private class Page(
    val address: String,
    val links: List<String>,
  )

  private val site =
    mapOf(
      "/" to listOf("/a", "/b"),
      "/a" to listOf("/b", "/a/1", "/a/2"),
      "/b" to listOf("/", "/a/2"),
      "/a/1" to emptyList(),
      "/a/2" to listOf("/gone"),
    )

  private suspend fun fetch(address: String): Page {
    delay(20.milliseconds) // the network
    return Page(address, site[address] ?: emptyList())
  }

  private fun CoroutineScope.worker(
    addresses: Channel<String>,
    pages: Channel<Page>,
  ) = launch {
    for (address in addresses) pages.send(fetch(address))
  }

  /** All addresses that can be reached from [start], in the order in which they were found. */
  suspend fun crawl(
    start: String,
    workers: Int,
  ): List<String> =
    coroutineScope {
      val addresses = Channel<String>(Channel.UNLIMITED)
      val pages = Channel<Page>()
      repeat(workers) { worker(addresses, pages) }
      val seen = linkedSetOf(start)
      addresses.send(start)
      var underWay = 1
      while (underWay > 0) {
        val page = pages.receive()
        underWay--
        for (link in page.links) {
          if (seen.add(link)) {
            addresses.send(link)
            underWay++
          }
        }
      }
      addresses.close()
      seen.toList()
    }

  /** The one line that differs: `loop {` was `runBlocking {`. */
  @JvmStatic
  fun main(args: Array<String>) =
    loop {
      crawl("/", workers = 2).forEach(::println)
    }
}
