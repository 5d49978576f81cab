package io.greenloop.script.cli

import io.greenloop.script.ExitCode
import io.greenloop.script.ScriptRunner
import io.greenloop.script.complain
import picocli.CommandLine.Command
import picocli.CommandLine.Parameters
import java.io.IOException
import java.nio.file.FileAlreadyExistsException
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.Callable

@Command(
  name = "new",
  description = ["Makes a script, or a Maven project in Kotlin, to begin with."],
  footerHeading = "%nExamples:%n",
  footer = [
    "  greenloop new hello.loop.kts && ./hello.loop.kts",
    "  greenloop new demo && cd demo && mvn -q compile exec:exec",
  ],
  mixinStandardHelpOptions = true,
  versionProvider = Version::class,
)
internal class NewCommand : Callable<Int> {
  @Parameters(
    index = "0",
    paramLabel = "NAME",
    description = ["NAME.loop.kts: a script; any other name: the folder of a Maven project"],
  )
  private lateinit var name: String

  override fun call(): Int =
    try {
      val path = Path.of(name)
      if (name.endsWith(ScriptRunner.EXTENSION)) script(path) else project(path)
      ExitCode.OK
    } catch (there: FileAlreadyExistsException) {
      complain("new $name: ${there.file} is there already; nothing was changed")
      ExitCode.USAGE
    } catch (e: IOException) {
      complain("new $name: cannot write it ($e)")
      ExitCode.USAGE
    }

  private fun script(file: Path) {
    write(file, "script.loop.kts")
    file.toFile().setExecutable(true)
    println("$name is there; run it: greenloop $name")
  }

  private fun project(folder: Path) {
    if (Files.exists(folder)) throw FileAlreadyExistsException("$folder")
    write(folder.resolve("pom.xml"), "project/pom.xml")
    write(folder.resolve("src/main/kotlin/Main.kt"), "project/Main.kt")
    write(folder.resolve("src/test/kotlin/MainTest.kt"), "project/MainTest.kt")
    Files.writeString(folder.resolve(".gitignore"), "target/\n")
    println("$name is there; run it: cd $name && mvn -q compile exec:exec; test it: mvn test")
  }

  private fun write(
    file: Path,
    template: String,
  ) {
    file.toAbsolutePath().parent.let(Files::createDirectories)
    val text = checkNotNull(NewCommand::class.java.getResource("new/$template")).readText()
    val artifact =
      Path
        .of(name)
        .toAbsolutePath()
        .normalize()
        .fileName
    Files.writeString(
      file,
      text.replace("@NAME@", "$artifact").replace("@VERSION@", Version.version()),
      java.nio.file.StandardOpenOption.CREATE_NEW,
    )
  }
}
