package io.greenloop.script.compiler

import io.greenloop.kotlin.script.ScriptScope
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.nulls.shouldNotBeNull
import io.kotest.matchers.shouldBe
import org.jetbrains.kotlin.scripting.definitions.ScriptDefinitionsFromClasspathDiscoverySource
import java.io.File
import kotlin.script.experimental.api.ScriptCompilationConfiguration
import kotlin.script.experimental.api.ScriptDiagnostic
import kotlin.script.experimental.api.defaultImports
import kotlin.script.experimental.api.implicitReceivers
import kotlin.script.experimental.jvm.defaultJvmScriptingHostConfiguration

class LoopScriptTemplateTest :
  FunSpec({
    test("who looks for script definitions on the class path finds ours, with words and imports") {
      val problems = ArrayList<String>()
      val places = System.getProperty("java.class.path").split(File.pathSeparator).map(::File)
      val definition =
        ScriptDefinitionsFromClasspathDiscoverySource(
          places,
          defaultJvmScriptingHostConfiguration,
        ) { severity, message ->
          if (severity >
            ScriptDiagnostic.Severity.INFO
          ) {
            problems += message
          }
        }.definitions
          .single { it.fileExtension == "loop.kts" }
      val configuration = definition.compilationConfiguration

      definition.name shouldBe "Greenloop script"
      configuration[ScriptCompilationConfiguration.implicitReceivers]
        .shouldNotBeNull()
        .map { it.typeName } shouldContain ScriptScope::class.qualifiedName
      configuration[ScriptCompilationConfiguration.defaultImports].shouldNotBeNull() shouldContain
        "io.greenloop.kotlin.*"
      problems shouldBe emptyList()
    }
  })
