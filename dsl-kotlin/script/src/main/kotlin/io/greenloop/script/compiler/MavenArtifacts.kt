package io.greenloop.script.compiler

import kotlinx.coroutines.runBlocking
import org.jetbrains.kotlin.org.apache.maven.repository.internal.MavenRepositorySystemUtils
import org.jetbrains.kotlin.org.eclipse.aether.RepositoryException
import org.jetbrains.kotlin.org.eclipse.aether.RepositorySystem
import org.jetbrains.kotlin.org.eclipse.aether.artifact.Artifact
import org.jetbrains.kotlin.org.eclipse.aether.artifact.DefaultArtifact
import org.jetbrains.kotlin.org.eclipse.aether.collection.CollectRequest
import org.jetbrains.kotlin.org.eclipse.aether.graph.Dependency
import org.jetbrains.kotlin.org.eclipse.aether.graph.DependencyNode
import org.jetbrains.kotlin.org.eclipse.aether.internal.impl.SimpleLocalRepositoryManagerFactory
import org.jetbrains.kotlin.org.eclipse.aether.repository.LocalRepository
import org.jetbrains.kotlin.org.eclipse.aether.resolution.ArtifactRequest
import java.nio.file.Path
import kotlin.script.experimental.api.ResultWithDiagnostics
import kotlin.script.experimental.dependencies.ArtifactWithLocation
import kotlin.script.experimental.dependencies.addRepository
import kotlin.script.experimental.dependencies.maven.MavenDependenciesResolver
import kotlin.script.experimental.dependencies.maven.impl.createMavenSettings
import kotlin.script.experimental.dependencies.maven.impl.mavenCentral

/**
 * Finds Maven artifacts and what they need.
 *
 * The local repository comes first and is read as it lies there. Kotlin's own resolver would refuse
 * files that plain Maven downloaded, because the two call Maven Central by different names; without a
 * network that makes every library "present, but unavailable". Only what is missing is asked for
 * outside, with mirrors, proxies and credentials from `settings.xml`.
 */
internal class MavenArtifacts {
  sealed interface Resolution {
    class Files(
      val files: List<Path>,
    ) : Resolution

    class Problem(
      val message: String,
    ) : Resolution
  }

  private val repositories = LinkedHashSet<String>()
  private val answers = HashMap<List<String>, Resolution>()

  private val settings by lazy {
    createMavenSettings().apply {
      System.getProperty("maven.repo.local")?.let { localRepository = it }
    }
  }

  init {
    // The bundled logger would announce missing bindings and transfer errors on its own.
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "off")
  }

  fun addRepositories(urls: List<String>) {
    if (repositories.addAll(urls)) answers.clear()
  }

  fun resolve(coordinates: List<String>): Resolution =
    answers.getOrPut(coordinates) {
      for (name in coordinates) {
        if (name.count { it == ':' } !in 2..4) {
          return@getOrPut Resolution.Problem("'$name' is not group:artifact:version")
        }
      }
      val local = fromLocalRepository(coordinates)
      when {
        local != null -> {
          Resolution.Files(local)
        }

        settings.isOffline -> {
          val where = settings.localRepository
          Resolution.Problem("${coordinates.joinToString()} is not in $where, and Maven is offline")
        }

        else -> {
          fromServers(coordinates)
        }
      }
    }

  // Deprecated by the resolver's next major version, which is not the one bundled here.
  @Suppress("DEPRECATION")
  private fun fromLocalRepository(coordinates: List<String>): List<Path>? =
    try {
      val services = MavenRepositorySystemUtils.newServiceLocator()
      val system = services.getService(RepositorySystem::class.java)
      val session = MavenRepositorySystemUtils.newSession()
      val local = LocalRepository(settings.localRepository)
      session.isOffline = true
      session.localRepositoryManager =
        SimpleLocalRepositoryManagerFactory().newInstance(session, local)
      val request = CollectRequest()
      request.dependencies = coordinates.map { Dependency(DefaultArtifact(it), "runtime") }
      val needed = LinkedHashSet<Artifact>()
      val result = system.collectDependencies(session, request)
      if (result.exceptions.isNotEmpty()) throw result.exceptions.first()
      collect(result.root, needed)
      system
        .resolveArtifacts(session, needed.map { ArtifactRequest(it, emptyList(), null) })
        .map { it.artifact.file.toPath() }
    } catch (_: RepositoryException) {
      null // something is missing here: ask outside
    }

  private fun collect(
    node: DependencyNode,
    into: MutableSet<Artifact>,
  ) {
    if (node.dependency?.scope in SCOPES) into += node.artifact
    for (child in node.children) collect(child, into)
  }

  private fun fromServers(coordinates: List<String>): Resolution {
    val resolver = MavenDependenciesResolver()
    // A resolver with a repository of its own asks Maven Central no more.
    if (repositories.isNotEmpty()) {
      for (url in listOf(mavenCentral.url) + repositories) resolver.addRepository(url)
    }
    val wanted = coordinates.map { ArtifactWithLocation(it, null) }
    return when (val result = runBlocking { resolver.resolve(wanted) }) {
      is ResultWithDiagnostics.Success -> {
        Resolution.Files(result.value.map { it.toPath() })
      }

      is ResultWithDiagnostics.Failure -> {
        val reasons = result.reports.map { it.message }.distinct()
        Resolution.Problem(
          "cannot resolve ${coordinates.joinToString()}: ${reasons.joinToString("; ")}",
        )
      }
    }
  }

  private companion object {
    val SCOPES = setOf("compile", "runtime")
  }
}
