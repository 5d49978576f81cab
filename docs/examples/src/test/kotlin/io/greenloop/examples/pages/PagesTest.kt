package io.greenloop.examples.pages

import io.greenloop.RunOptions
import io.greenloop.examples.linesOf
import io.greenloop.examples.virtualTime
import io.greenloop.kotlin.LoopScope
import io.greenloop.kotlin.loop
import io.greenloop.project.root
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldNotBeEmpty
import io.kotest.matchers.string.shouldContain
import kotlin.io.path.readText

/** The programs of the pages about Kotlin print what the pages show below them. */
class PagesTest :
  FunSpec({
    fun program(
      page: String,
      name: String,
      isEnabled: Boolean = true,
      run: () -> Unit,
    ) {
      test("$page: $name").config(enabled = isEnabled) {
        val lines = linesOf(run).shouldNotBeEmpty()

        root.resolve("docs/guide/kotlin-$page.md").readText() shouldContain
          "```\n${lines.joinToString("\n")}\n```\n"
      }
    }

    fun virtual(
      page: String,
      name: String,
      body: suspend LoopScope.() -> Unit,
    ) = program(page, name) { loop(virtualTime()) { body() } }

    fun real(
      page: String,
      name: String,
      isEnabled: Boolean = true,
      body: suspend LoopScope.() -> Unit,
    ) = program(page, name, isEnabled) { loop(RunOptions.DEFAULT) { body() } }

    virtual("scopes", "two children") { twoChildren() }
    virtual("scopes", "one fails") { oneFails() }
    virtual("scopes", "each by itself") { eachByItself() }
    virtual("scopes", "a child is a handle") { aChildIsAHandle() }

    // Without the flags what blocks holds the loop, and cannot be interrupted.
    val parks = System.getProperty("greenloop.test.mode") != "portable"
    real("blocking-code", "a blocking library", parks) { aBlockingLibrary() }
    real("blocking-code", "many blocking calls") { manyBlockingCalls() }
    real("blocking-code", "a limit interrupts", parks) { aLimitInterrupts() }
    real("blocking-code", "computing") { computing() }

    virtual("time", "limits") { limits() }
    virtual("time", "ticks") { ticks() }
    virtual("time", "cleanup") { cleanup() }
    virtual("time", "callbacks") { callbacks() }

    virtual("races", "the first that ends") { theFirstThatEnds() }
    virtual("races", "the first that succeeds") { theFirstThatSucceeds() }
    virtual("races", "one after the other") { oneAfterTheOther() }
    virtual("races", "again") { again() }
    virtual("races", "again in vain") { againInVain() }

    virtual("flows", "a list") { aList() }
    virtual("flows", "a list that fails") { aListThatFails() }
    virtual("flows", "a flow") { aFlow() }
    virtual("flows", "not too often") { notTooOften() }
    virtual("flows", "a flow for blocking code") { aFlowForBlockingCode() }

    virtual("queues", "a queue between kinds") { aQueueBetweenKinds() }
    virtual("queues", "without waiting") { withoutWaiting() }
    virtual("queues", "the end of a queue") { theEndOfAQueue() }
    virtual("queues", "one at a time") { oneAtATime() }
    virtual("queues", "a few at a time") { aFewAtATime() }
    virtual("queues", "a gate") { aGate() }
    virtual("queues", "whatever comes first") { whateverComesFirst() }

    real("connections", "a server and its client") { aServerAndItsClient() }
    real("connections", "limits of a server") { limitsOfAServer() }
    real("connections", "what may happen") { whatMayHappen() }

    real("programs", "to its end") { toItsEnd() }
    real("programs", "line by line") { lineByLine() }
    real("programs", "a conversation") { aConversation() }
    real("programs", "too long") { tooLong() }

    program("generators", "from any depth") { fromAnyDepth() }
    program("generators", "endless") { endless() }
    program("generators", "both ways") { bothWays() }
    program("generators", "a conversation") { aConversationOfCoroutines() }
    virtual("generators", "one that waits") { aGeneratorThatWaits() }
    program("generators", "greenlets") { greenlets() }
    virtual("generators", "a bridge") { aBridge() }

    virtual("kotlinx", "as it was") { asItWas() }
    program("kotlinx", "on a loop that is there") { onALoopThatIsThere() }
    virtual("kotlinx", "both worlds") { bothWorlds() }
    virtual("kotlinx", "elsewhere and back") { elsewhereAndBack() }
  })
