"""Builds the module by CMake, from the sources that this folder is part of.

    pip install --no-build-isolation tools/python

More options for CMake come from the environment: CMAKE_ARGS="-DUNFURL_SIMD=v2".
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "pip"  # no traces among the sources


class BuildByCMake(build_ext):
    """The package as CMake makes it: module, sources in Python and stubs."""

    def build_extension(self, extension):
        build = BUILD / "cmake"
        options = {
            "CMAKE_BUILD_TYPE": "Release",
            "CMAKE_UNITY_BUILD": "ON",
            "Python_EXECUTABLE": sys.executable,
            "UNFURL_BUILD_PYTHON": "ON",
            "UNFURL_BUILD_MODELS": "OFF",
            "UNFURL_BUILD_TOOLS": "OFF",
            "UNFURL_BUILD_TESTS": "OFF",
            "UNFURL_INSTALL": "OFF",
        }
        configure = ["cmake", "-S", str(ROOT), "-B", str(build), "-G", "Ninja" if shutil.which("ninja") else "Unix Makefiles"]
        configure += [f"-D{name}={value}" for name, value in options.items()]
        subprocess.run(configure + shlex.split(os.environ.get("CMAKE_ARGS", "")), check=True)
        parallel = [] if "CMAKE_BUILD_PARALLEL_LEVEL" in os.environ else ["--parallel"]
        subprocess.run(["cmake", "--build", str(build), "--target", "unfurl_python"] + parallel, check=True)
        target = Path(self.get_ext_fullpath(extension.name)).resolve().parent / "unfurl"
        shutil.copytree(build / "python" / "unfurl", target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))

    def get_ext_filename(self, name):
        return name


version = re.search(r"project\(unfurl VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text())[1]
BUILD.mkdir(parents=True, exist_ok=True)
setup(
    version=version,
    packages=[],
    ext_modules=[Extension("unfurl", [])],
    cmdclass={"build_ext": BuildByCMake},
    options={"build": {"build_base": str(BUILD)}, "egg_info": {"egg_base": str(BUILD)}},
)
