package io.greenloop.script.cli

import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import picocli.CommandLine
import java.nio.file.Path
import kotlin.io.path.readText

/** The completions are files; what they offer is what the parser takes. */
class CompletionTest :
  FunSpec({
    val folder = Path.of("src/main/completion")
    val commands = CommandLine(GreenloopCommand()).subcommands
    val options =
      commands.mapValues { (_, command) ->
        command.commandSpec
          .options()
          .filterNot { it.versionHelp() }
          .map { it.longestName() }
      }

    /** What bash offers behind [words], the last of which is being typed. */
    fun offered(vararg words: String): List<String> {
      val line = words.joinToString(" ") { "'$it'" }
      val script =
        "source ${folder.resolve("greenloop.bash")}; COMP_WORDS=(greenloop $line); " +
          "COMP_CWORD=${words.size}; _greenloop; printf '%s\\n' \"\${COMPREPLY[@]}\""
      val bash = ProcessBuilder("bash", "-c", script).redirectErrorStream(true).start()
      return bash.inputReader().readLines().filter { it.isNotEmpty() }
    }

    test("bash offers the commands, and the options of each") {
      offered("").filter { it in commands } shouldContainExactlyInAnyOrder commands.keys
      for ((command, own) in options) {
        withClue(command) { offered(command, "--") shouldContainExactlyInAnyOrder own }
      }
      offered("run", "--timeout", "") shouldBe emptyList()
      offered("run", "--seed", "7", "x.loop.kts", "src/test/ko") shouldBe listOf("src/test/kotlin")
    }

    test("zsh and fish are told of the same commands and options") {
      val zsh = folder.resolve("_greenloop").readText()
      val fish = folder.resolve("greenloop.fish").readText()

      for ((command, own) in options) {
        zsh shouldContain "'$command:"
        fish shouldContain " -a $command -d "
        for (option in own) {
          zsh shouldContain "'$option["
          fish shouldContain " -l ${option.removePrefix("--")} "
        }
      }
    }
  })
