package io.greenloop.script.launcher

import com.sun.net.httpserver.HttpServer
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldEndWith
import io.kotest.matchers.string.shouldStartWith
import java.net.InetAddress
import java.net.InetSocketAddress
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.attribute.FileTime
import java.util.concurrent.ConcurrentHashMap
import java.util.jar.JarEntry
import java.util.jar.JarOutputStream
import kotlin.io.path.createDirectories
import kotlin.io.path.readBytes

/** Lies in a jar of the tests' own Maven repository; a script finds it there. */
public class Greeting {
  public fun to(name: String): String = "hello $name from ${Source().name}"
}

/** In another jar, which the first one needs. */
public class Source {
  public val name: String = "the local repository"
}

class LibrariesTest :
  FunSpec({
    val greenloop = Greenloop("libraries")
    val home = greenloop.work.resolve("home")
    greenloop.environment["GREENLOOP_JAVA_OPTS"] = "-Duser.home=$home"
    greenloop.file("home/.m2/settings.xml", "<settings><offline>true</offline></settings>")

    fun artifact(
      name: String,
      type: Class<*>,
      needs: String,
    ) {
      val folder = home.resolve(".m2/repository/org/example/$name/1.0").createDirectories()
      jar(folder.resolve("$name-1.0.jar"), type)
      greenloop.file(
        greenloop.work.relativize(folder.resolve("$name-1.0.pom")).toString(),
        "<project><modelVersion>4.0.0</modelVersion><groupId>org.example</groupId>" +
          "<artifactId>$name</artifactId><version>1.0</version><dependencies>$needs</dependencies></project>",
      )
      // What Maven leaves beside a download; Kotlin's own resolver stumbles over it.
      greenloop.file(
        greenloop.work.relativize(folder.resolve("_remote.repositories")).toString(),
        "$name-1.0.jar>central=\n$name-1.0.pom>central=",
      )
    }

    test("a library comes from the local Maven repository, with what it needs, offline") {
      artifact(
        "greeting",
        Greeting::class.java,
        "<dependency><groupId>org.example</groupId><artifactId>source</artifactId>" +
          "<version>1.0</version></dependency>",
      )
      artifact("source", Source::class.java, "")
      greenloop.file(
        "uses.loop.kts",
        """
        @file:DependsOn("org.example:greeting:1.0")
        import io.greenloop.script.launcher.Greeting

        println(Greeting().to("world"))
        """,
      )

      val first = greenloop.run("run", "uses.loop.kts")
      val again = greenloop.run("run", "uses.loop.kts")

      withClue(first.err) { first.out shouldBe "hello world from the local repository\n" }
      again.out shouldBe first.out
      again.err shouldBe ""
    }

    test("a jar that was built anew is seen") {
      jar(greenloop.work.resolve("own.jar"), Source::class.java)
      greenloop.file(
        "own.loop.kts",
        """
        @file:DependsOn("own.jar")
        println(io.greenloop.script.launcher.Source().name)
        """,
      )
      val first = greenloop.run("run", "own.loop.kts")
      val before = greenloop.compiledScripts().associateWith { Files.getLastModifiedTime(it) }
      greenloop.run("run", "own.loop.kts")
      greenloop.compiledScripts().associateWith { Files.getLastModifiedTime(it) } shouldBe before

      Files.setLastModifiedTime(greenloop.work.resolve("own.jar"), FileTime.fromMillis(1_000))
      val again = greenloop.run("run", "own.loop.kts")

      withClue(first.err) { first.out shouldBe "the local repository\n" }
      again.out shouldBe first.out
      val after = greenloop.compiledScripts().associateWith { Files.getLastModifiedTime(it) }
      after.keys shouldBe before.keys
      (after == before) shouldBe false
    }

    test("an unresolved library, a missing file and a missing import: each its line, exit code 2") {
      greenloop.file(
        "lacks.loop.kts",
        """
        #!/usr/bin/env greenloop
        @file:DependsOn("no-such.jar", "org.example:nothing:2.0")
        @file:Import("nowhere.loop.kts")
        println("never")
        """,
      )

      val run = greenloop.run("run", "lacks.loop.kts")

      run.exitCode shouldBe 2
      run.out shouldBe ""
      val repository = home.resolve(".m2/repository")
      val second =
        "    2 | @file:DependsOn(\"no-such.jar\", \"org.example:nothing:2.0\")\n" +
          "      | ${"^".repeat(57)}\n"
      val third = "    3 | @file:Import(\"nowhere.loop.kts\")\n      | ${"^".repeat(32)}\n"
      run.err shouldBe
        "lacks.loop.kts:2:1: error: DependsOn: no such file: no-such.jar\n$second" +
        "lacks.loop.kts:3:1: error: Import: no such file: nowhere.loop.kts\n$third" +
        "lacks.loop.kts:2:1: error: DependsOn: org.example:nothing:2.0 is not in $repository, " +
        "and Maven is offline\n$second"
    }

    test("a library that is not here is fetched once, by way of the mirror in settings.xml") {
      val remote = Greenloop("remote")
      val there = remote.work.resolve("home")
      val repository = FileServer()
      remote.environment["GREENLOOP_JAVA_OPTS"] = "-Duser.home=$there"
      remote.file(
        "home/.m2/settings.xml",
        "<settings><mirrors><mirror><id>here</id><mirrorOf>*</mirrorOf>" +
          "<url>${repository.address}</url></mirror></mirrors></settings>",
      )
      jar(remote.work.resolve("source.jar"), Source::class.java)
      val place = "/org/example/far/1.0/far-1.0"
      repository.files["$place.jar"] = remote.work.resolve("source.jar").readBytes()
      repository.files["$place.pom"] =
        (
          "<project><modelVersion>4.0.0</modelVersion><groupId>org.example</groupId>" +
            "<artifactId>far</artifactId><version>1.0</version></project>"
        ).encodeToByteArray()

      fun script(
        name: String,
        library: String,
      ) = remote.file(
        name,
        """
        @file:DependsOn("$library")
        println(io.greenloop.script.launcher.Source().name)
        """,
      )
      script("far.loop.kts", "org.example:far:1.0")
      script("again.loop.kts", "org.example:far:1.0")
      script("nowhere.loop.kts", "org.example:nothing:2.0")

      val first = remote.run("run", "far.loop.kts")
      val missing = remote.run("run", "nowhere.loop.kts")
      repository.close()
      val again = remote.run("run", "again.loop.kts")

      withClue(first.err) { first.out shouldBe "the local repository\n" }
      first.err shouldBe ""
      first.exitCode shouldBe 0
      missing.exitCode shouldBe 2
      missing.out shouldBe ""
      missing.err shouldStartWith
        "nowhere.loop.kts:1:1: error: DependsOn: cannot resolve org.example:nothing:2.0: "
      missing.err shouldContain repository.address
      missing.err shouldEndWith
        "    1 | @file:DependsOn(\"org.example:nothing:2.0\")\n      | ${"^".repeat(42)}\n"
      withClue(again.err) { again.out shouldBe first.out }
    }

    test("imported scripts run first, once each, and a change in one is seen") {
      greenloop.file("parts/base.loop.kts", "println(\"base\")\nfun base(n: Int) = n + 1")
      greenloop.file(
        "parts/middle.loop.kts",
        """
        @file:Import("base.loop.kts")
        println("middle")
        fun middle(n: Int) = base(n) * 2
        """,
      )
      greenloop.file(
        "top.loop.kts",
        """
        @file:Import("parts/middle.loop.kts", "parts/base.loop.kts")
        println("top ${'$'}{middle(1)} ${'$'}{base(1)}")
        """,
      )
      val first = greenloop.run("run", "top.loop.kts")
      withClue(first.err) { first.out shouldBe "base\nmiddle\ntop 4 2\n" }

      greenloop.file("parts/base.loop.kts", "println(\"base\")\nfun base(n: Int) = n + 10")

      greenloop.run("run", "top.loop.kts").out shouldBe "base\nmiddle\ntop 22 11\n"
    }
  })

/** Serves [files], and nothing else, on a port of this machine. */
private class FileServer : AutoCloseable {
  val files = ConcurrentHashMap<String, ByteArray>()
  private val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)
  val address = "http://127.0.0.1:${server.address.port}"

  init {
    server.createContext("/") { exchange ->
      val file = files[exchange.requestURI.path]
      exchange.sendResponseHeaders(if (file == null) 404 else 200, file?.size?.toLong() ?: -1)
      exchange.responseBody.use { if (file != null) it.write(file) }
    }
    server.start()
  }

  override fun close() = server.stop(0)
}

private fun jar(
  file: Path,
  type: Class<*>,
) {
  val name = type.name.replace('.', '/') + ".class"
  JarOutputStream(Files.newOutputStream(file)).use { out ->
    out.putNextEntry(JarEntry(name))
    type.classLoader.getResourceAsStream(name)!!.use { it.copyTo(out) }
    out.closeEntry()
  }
}
