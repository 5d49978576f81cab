package io.greenloop.script.cli

import com.sun.tools.attach.AttachNotSupportedException
import com.sun.tools.attach.VirtualMachine
import io.greenloop.internal.visit.Visits
import java.io.IOException
import java.nio.file.DirectoryNotEmptyException
import java.nio.file.FileAlreadyExistsException
import java.nio.file.Files
import java.nio.file.Path
import java.time.Duration
import kotlin.io.path.deleteIfExists
import kotlin.io.path.exists
import kotlin.io.path.readText
import kotlin.io.path.writeText

/** Why another JVM cannot be asked; the message is for the user. */
internal class NoAnswer(
  message: String,
) : Exception(message)

/**
 * A running JVM of the same user, asked what its loops do; see [Visits] for how. Nothing is loaded into it.
 *
 * @throws NoAnswer with the reason
 */
internal class OtherJvm(
  private val pid: Long,
) {
  /** What [kind] says: `table`, `tree`, `text` or `json`. */
  fun ask(kind: String): String {
    val question = question()
    return try {
      ask(kind, question)
    } catch (e: IOException) {
      throw NoAnswer("cannot be asked in ${question.parent}, its folder for temporary files ($e)")
    }
  }

  private fun ask(
    kind: String,
    question: Path,
  ): String {
    val folder = Files.createTempDirectory(question.parent, "greenloop-answer-")
    val answer = folder.resolve("answer")
    val draft = folder.resolve("question")
    try {
      draft.writeText("$kind\n$answer\n")
      if (!patiently { put(draft, question) }) throw late() // somebody else's waits there
      if (!patiently { answer.exists() }) {
        question.deleteIfExists()
        throw late()
      }
      return answer.readText()
    } finally {
      try {
        listOf(answer, draft, folder).forEach { it.deleteIfExists() }
      } catch (_: DirectoryNotEmptyException) {
        // An answer that came too late after all.
      }
    }
  }

  private fun late() = NoAnswer("did not answer within ${PATIENCE.toSeconds()} s; is it stopped?")

  /** In one step, so that half a question is never read; another one that waits there goes first. */
  private fun put(
    draft: Path,
    question: Path,
  ): Boolean =
    try {
      Files.createLink(question, draft)
      true
    } catch (_: FileAlreadyExistsException) {
      false
    }

  /** Where the JVM looks for questions; a JVM that has just begun its first run is given a moment. */
  private fun question(): Path {
    val process = ProcessHandle.of(pid).orElseThrow { NoAnswer("no such process") }
    var path: String? = null
    try {
      val vm = VirtualMachine.attach("$pid")
      try {
        patiently(A_MOMENT) {
          path = vm.systemProperties.getProperty(Visits.PROPERTY)
          path != null
        }
      } finally {
        vm.detach()
      }
    } catch (_: AttachNotSupportedException) {
      // its message names files and sockets of the JDK
      throw NoAnswer("is no JVM, or one that does not let itself be attached to")
    } catch (e: IOException) {
      throw NoAnswer(refusal(process, e))
    }
    return Path.of(path ?: throw NoAnswer("a JVM in which no loop of Greenloop has run"))
  }

  private fun refusal(
    process: ProcessHandle,
    error: IOException,
  ): String {
    val user = process.info().user().orElse(null)
    return if (user != null && user != System.getProperty("user.name")) {
      "belongs to user $user; run this command as that user"
    } else {
      "does not let itself be attached to (${error.message})"
    }
  }

  private fun patiently(
    limit: Duration = PATIENCE,
    done: () -> Boolean,
  ): Boolean {
    val end = System.nanoTime() + limit.toNanos()
    while (!done()) {
      if (System.nanoTime() - end > 0) return false
      Thread.sleep(PAUSE_MILLIS)
    }
    return true
  }

  private companion object {
    val PATIENCE: Duration = Duration.ofSeconds(5)
    val A_MOMENT: Duration = Duration.ofMillis(500)
    const val PAUSE_MILLIS = 20L
  }
}
