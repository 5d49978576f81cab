package io.greenloop.kotlin

internal object Placeholder
